import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, object>> }>>;
}

/** Compares answers with what an OpenAPI document promises. */
export class OpenApiChecker {
  /** Operations that have been answered, each with its statuses. */
  readonly seen = new Set<string>();
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: object) {
    this.#document = document as Document;
    this.#ajv.addSchema(document, 'openapi');
  }

  /** Operations that want a key, in alphabetical order. */
  get operations(): readonly string[] {
    return Object.values(this.#document.paths)
      .flatMap((path) => Object.values(path))
      .filter(({ security }) => security.length > 0)
      .map(({ operationId }) => operationId)
      .sort();
  }

  /** @throws if the document has no such path, status or type of content, or the body does not fit its schema. */
  check(method: string, path: string, status: number, contentType: string, body: string): void {
    const template = Object.keys(this.#document.paths).find((one) => patternOf(one).test(path));
    const operation = template && this.#document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || !operation) throw new Error(`the document has no ${method} ${path}`);
    const type = contentType.split(';')[0] ?? '';
    const answer = operation.responses[status];
    if (answer?.content[type] === undefined) {
      throw new Error(`the document has no answer ${status} ${type} of ${operation.operationId}`);
    }
    this.seen.add(`${operation.operationId} ${status}`);
    if (type !== 'application/json') return;
    const pointer = [
      'paths',
      template,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ]
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = this.#validatorOf(`openapi#/${pointer}`);
    if (validate(JSON.parse(body))) return;
    throw new Error(`${operation.operationId} ${status}: ${this.#ajv.errorsText(validate.errors)}: ${body}`);
  }

  #validatorOf(reference: string): ValidateFunction {
    const known = this.#validators.get(reference);
    if (known !== undefined) return known;
    const validate = this.#ajv.compile({ $ref: reference });
    this.#validators.set(reference, validate);
    return validate;
  }
}

const patternOf = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
