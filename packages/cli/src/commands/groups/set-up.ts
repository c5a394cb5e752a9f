import type { CommandGroup } from '../definition.js';
import {
  debugOption,
  imageServerOptions,
  journalOptions,
  outputOptions,
  progressOptions,
} from '../shared-options.js';
import { fleet } from './fleet-options.js';

/** What is needed before there is anything to publish to. */
export const setUpGroup: CommandGroup = {
  title: 'Set up and try',
  commands: [
    {
      name: 'certs',
      summary: 'certificates for mutual TLS: create',
      commands: [
        {
          name: 'create',
          summary: 'make a private CA, a client certificate per role, and server certificates',
          arguments: [{ name: '[directory]', summary: 'where to put them (default: ~/.ssl)' }],
          options: [
            { flags: '--days <number>', summary: 'validity of the certificates', default: '365' },
            {
              flags: '--unpacker <account,region>',
              summary: 'also a server certificate for this unpacker',
              repeatable: true,
            },
            ...outputOptions,
          ],
          examples: ["ami-publisher certs create ./certs --unpacker '123456789012,us-east-1'"],
          load: async () => (await import('../certs.js')).createCertificates,
        },
      ],
    },
    {
      name: 'fleet',
      summary: 'what a target needs before it can be published to: template',
      commands: [
        {
          name: 'template',
          summary: 'print a template of an unpacker, its key and its roles, for each target',
          options: [
            {
              flags: '--format <name>',
              summary: 'language of the template; terraform is its JSON syntax',
              choices: ['cloudformation', 'terraform'],
              default: 'cloudformation',
            },
            { flags: '-o, --output <file>', summary: 'write it there', default: 'standard output' },
            {
              flags: '--connector <name>',
              summary: 'how the unpacker is going to be reached',
              choices: ['private', 'public', 'ssm'],
              default: 'private',
            },
            { flags: '--exports <s3://bucket/prefix>', summary: 'where the unpacker may write exports' },
            {
              flags: '--instance-name <name>',
              summary: 'Name tag of the unpacker instance',
              default: 'ImageUnpacker',
            },
            debugOption,
          ],
          examples: [
            'ami-publisher fleet template --format cloudformation --output fleet.yaml',
            'ami-publisher fleet template --format terraform -o fleet.tf.json',
          ],
          load: async () => (await import('../fleet-template.js')).fleetTemplate,
        },
      ],
    },
    {
      name: 'doctor',
      summary: 'look whether a publication could begin, and say what to do where it could not',
      options: [
        ...fleet,
        ...imageServerOptions,
        ...journalOptions,
        ...progressOptions,
        { flags: '--json', summary: 'the same as --output json', group: 'Output' },
        ...outputOptions,
      ],
      examples: ['ami-publisher doctor', "ami-publisher doctor --targets 'prod,*' --json"],
      load: async () => (await import('../doctor.js')).doctor,
    },
    {
      name: 'explain',
      summary: 'what an error code means, what to look at, and what to do; also --explain CODE',
      arguments: [{ name: '[code]', summary: 'such as UNPACKER_NOT_FOUND; all are listed without one' }],
      options: [debugOption],
      examples: ['ami-publisher explain UNPACKER_NOT_FOUND'],
      load: async () => (await import('../explain.js')).explain,
    },
    {
      name: 'completion',
      summary: 'print what has a shell complete commands, options, targets, streams and leaves',
      arguments: [{ name: '<shell>', summary: 'bash, zsh or fish' }],
      options: [debugOption],
      examples: [
        'source <(ami-publisher completion bash)                      # in ~/.bashrc',
        'ami-publisher completion fish > ~/.config/fish/completions/ami-publisher.fish',
      ],
      load: async () => (await import('../completion.js')).completion,
    },
    {
      name: 'sandbox',
      summary: 'a local AWS with real unpackers: up',
      commands: [
        {
          name: 'up',
          summary: 'run it until Ctrl-C, and print the environment to export',
          options: [
            { flags: '--accounts <number>', summary: 'how many accounts', default: '3' },
            {
              flags: '--regions <number>',
              summary: 'how many regions, each with an unpacker',
              default: '4',
            },
            {
              flags: '--directory <directory>',
              summary: 'keep its state here',
              default: 'a temporary folder, removed at the end',
            },
            {
              flags: '--volumes <kind>',
              summary: 'what volumes are: directory, or block for real disks (root on Linux)',
              default: 'directory',
            },
            ...progressOptions,
            debugOption,
          ],
          examples: ['ami-publisher sandbox up --accounts 3 --regions 4'],
          load: async () => (await import('../sandbox.js')).sandboxUp,
        },
      ],
    },
    {
      name: 'demo',
      summary: 'see it work in the sandbox: publication, lifecycle',
      commands: [
        {
          name: 'publication',
          isDefault: true,
          summary: 'publish two releases of a real tree to 6 targets, and verify every AMI',
          options: [
            { flags: '--keep <directory>', summary: 'leave trees and snapshots there to look at' },
            { flags: '--corrupt <number>', summary: 'damage this many snapshots before they are verified' },
            ...progressOptions,
            debugOption,
          ],
          examples: ['ami-publisher demo --keep ./demo', 'ami-publisher demo --corrupt 1'],
          load: async () => (await import('../demo.js')).demo,
        },
        {
          name: 'lifecycle',
          summary: 'take an AMI from its build to production and through a patch, and draw its timeline',
          options: [
            { flags: '--keep <directory>', summary: 'leave logs and snapshots there to look at' },
            ...progressOptions,
            debugOption,
          ],
          examples: ['ami-publisher demo lifecycle'],
          load: async () => (await import('../demo-lifecycle.js')).demoLifecycle,
        },
      ],
    },
    {
      name: 'schema',
      summary: 'print the JSON Schema of the configuration file',
      options: [debugOption],
      examples: ['ami-publisher schema > ami-publisher.schema.json'],
      load: async () => (await import('../schema.js')).printSchema,
    },
  ],
};
