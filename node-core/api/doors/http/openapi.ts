import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract, ERROR_STATUS } from '../../contract/index.ts'

/** The contract as an OpenAPI document, made once and kept as text. */
export function createOpenApiDocument(version: string): () => Promise<string> {
  let text: Promise<string> | undefined
  return () => {
    text ??= generate(version)
    return text
  }
}

async function generate(version: string): Promise<string> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(contract, {
    info: { title: 'Mycelium node', version },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR_SCHEMA },
    },
    security: [{ token: [] }],
    filter: ({ contract: operation }) => operation['~orpc'].route.path !== undefined,
  })
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = path?.[method]
      if (operation) operation.responses = { ...operation.responses, default: ERROR_RESPONSE }
    }
  }
  return JSON.stringify(document)
}

const ERROR_RESPONSE = {
  description: 'It was not done.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

const ERROR_SCHEMA = {
  type: 'object' as const,
  properties: {
    error: { type: 'string' as const },
    code: { type: 'string' as const, enum: Object.keys(ERROR_STATUS) },
    details: {},
  },
  required: ['error', 'code'],
}
