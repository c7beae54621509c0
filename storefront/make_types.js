/* `npm run types -- ADDRESS`: the types of what the storefront exchanges with the API, from the
   OpenAPI document of a running server (or a file). Committed, so that a build needs no server. */

import { readFile, writeFile } from 'node:fs/promises'
import openapiTypescript, { astToString } from 'openapi-typescript'

const EXCHANGED = [
  'SessionAnswer',
  'EventList',
  'PricesAnswer',
  'SeatsAnswer',
  'Changes',
  'BatchList',
  'Chart',
  'HoldRequest',
  'OrderAnswer',
  'PaymentRequest',
  'PaymentForm',
  'CompleteRequest',
  'Problem',
]

const from = process.argv[2] ?? 'http://127.0.0.1:8000/schema/openapi.json'
const to = process.argv[3] ?? new URL('src/api/schema.d.ts', import.meta.url)
const text = /^https?:/.test(from) ? await (await fetch(from)).text() : await readFile(from, 'utf8')
const document = JSON.parse(text)

/** A schema's name and those of all it is made of. */
function reach(name, found) {
  if (found.has(name)) return
  found.add(name)
  const schema = document.components.schemas[name]
  if (schema === undefined) throw new Error(`The API no longer has ${name}.`)
  const parts = JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)
  for (const [, part] of parts) reach(part, found)
}

const found = new Set()
for (const name of EXCHANGED) reach(name, found)
const schemas = Object.fromEntries(
  [...found].sort().map((name) => [name, document.components.schemas[name]]),
)
const { openapi, info } = document
const types = await openapiTypescript(
  { openapi, info, paths: {}, components: { schemas } },
  { defaultNonNullable: false },
)
await writeFile(to, `// Made by make_types.js from the OpenAPI document. Not edited by hand.\n${astToString(types)}`)
