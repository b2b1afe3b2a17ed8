import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromRGBA8888, PALETTE_ANSI_256 } from 'sixel';
import { type Colour, nearestOf256 } from '../../../src/cli/preview/colours.ts';

test("selects the nearest colour of xterm's palette from 16 on", () => {
  const palette = Array.from(PALETTE_ANSI_256, (colour) => fromRGBA8888(colour).slice(0, 3));
  const distance = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, channel) => sum + (value - b[channel]!) ** 2, 0);
  for (let i = 0; i < 4096; i++) {
    const colour: Colour = [(i & 15) * 17, ((i >> 4) & 15) * 17, (i >> 8) * 17];
    const least = Math.min(...palette.slice(16).map((other) => distance(colour, other)));
    assert.equal(distance(colour, palette[nearestOf256(colour)]!), least, String(colour));
  }
});
