import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accentOf, legible, PAPER } from '../src/colour/accent'
import { contrast, fromHex } from '../src/colour/oklch'
import { inkOf, markOf } from '../src/colour/ramp'

test('an accent of any hue is legible as text on the paper of both themes', () => {
  for (let hue = 0; hue < 360; hue += 15) {
    for (const l of [0.2, 0.5, 0.9]) {
      const light = legible({ l, c: 0.2, h: hue }, false)
      const dark = legible({ l, c: 0.2, h: hue }, true)
      assert.ok(contrast(light, PAPER.light) >= 4.5, `light ${hue} ${l}`)
      assert.ok(contrast(dark, PAPER.dark) >= 4.5, `dark ${hue} ${l}`)
    }
  }
})

test("an event's own colour is kept where it is legible already", () => {
  assert.deepEqual(legible(fromHex('#5a2a6a')!, false), fromHex('#5a2a6a'))
})

test('an event without a colour gets one, and a broken colour does no harm', () => {
  assert.match(accentOf(null, 3, false), /^oklch/)
  assert.equal(accentOf('red', 3, false), accentOf(null, 3, false))
})

test('price levels step towards the paper and keep 3 to 1 against it', () => {
  for (const dark of [false, true]) {
    const paper = PAPER[dark ? 'dark' : 'light']
    for (let count = 1; count <= 8; count += 1) {
      const inks = Array.from({ length: count }, (_, level) => inkOf(level, count, dark))
      for (const ink of inks) assert.ok(contrast(ink, paper) >= 3, `${dark} ${count}`)
      const distances = inks.map((ink) => Math.abs(ink.l - paper.l))
      assert.deepEqual(distances, distances.toSorted((a, b) => b - a))
    }
  }
})

test('neighbouring price levels never share a mark', () => {
  for (let level = 0; level < 12; level += 1) assert.notEqual(markOf(level), markOf(level + 1))
})
