import {
  cancelImageCreation,
  createImage,
  deleteImage,
  getImage,
  getImagePipeline,
  listImageBuildVersions,
  listImagePipelineImages,
  startImagePipelineExecution,
} from './builds.js';
import { createComponent, deleteComponent } from './components.js';
import {
  createDistributionConfiguration,
  createImageRecipe,
  createInfrastructureConfiguration,
  deleteDistributionConfiguration,
  deleteImageRecipe,
  deleteInfrastructureConfiguration,
} from './configurations.js';

/** Every action of EC2 Image Builder that the sandbox answers. */
export const imageBuilderHandlers = {
  CancelImageCreation: cancelImageCreation,
  CreateComponent: createComponent,
  CreateDistributionConfiguration: createDistributionConfiguration,
  CreateImage: createImage,
  CreateImageRecipe: createImageRecipe,
  CreateInfrastructureConfiguration: createInfrastructureConfiguration,
  DeleteComponent: deleteComponent,
  DeleteDistributionConfiguration: deleteDistributionConfiguration,
  DeleteImage: deleteImage,
  DeleteImageRecipe: deleteImageRecipe,
  DeleteInfrastructureConfiguration: deleteInfrastructureConfiguration,
  GetImage: getImage,
  GetImagePipeline: getImagePipeline,
  ListImageBuildVersions: listImageBuildVersions,
  ListImagePipelineImages: listImagePipelineImages,
  StartImagePipelineExecution: startImagePipelineExecution,
} as const;
