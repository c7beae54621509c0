import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseOrder, removeItem } from '../src/api/calls'
import { ask } from '../src/api/client'

test('what gives places back is sent though the page is left at once, and nothing else is', async () => {
  const kept: [string, boolean | undefined][] = []
  Object.assign(globalThis, {
    localStorage: { getItem: () => '2100-01-01T00:00:00Z', setItem: () => undefined },
    fetch: async (_: string, { method, keepalive }: RequestInit) => {
      kept.push([method ?? '', keepalive])
      return new Response('{}', { status: 200 })
    },
  })
  await releaseOrder('an order')
  await removeItem('an order', 'an item')
  await ask('/anything', { method: 'POST' })
  await ask('/anything')
  assert.deepEqual(kept, [
    ['DELETE', true],
    ['DELETE', true],
    ['POST', false],
    ['GET', false],
  ])
})
