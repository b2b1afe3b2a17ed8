import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import axe from 'axe-core';
import { shippedDesign } from '../../helpers/trained-generators.ts';
import { desktop, drawn, exportAs, inChromium, openExport, phone } from './exported-page.ts';

before(async () => {
  await exportAs('digits', await shippedDesign('quick.yaml'));
});

for (const [device, size] of Object.entries({ phone, desktop })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `no barrier that axe finds, nothing that moves or sticks out: ${device}, ${colorScheme}`,
      inChromium,
      async () => {
        const page = await openExport('digits', { ...size, colorScheme });
        await drawn(page, '#grid li:last-child canvas');
        await page.evaluate(axe.source);
        const violations = await page.evaluate<string[]>(
          "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
        );
        assert.deepEqual(violations, []);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), size.width);
        const shift = await page.evaluate<number>(`new Promise((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)))
          .observe({ type: 'layout-shift', buffered: true });
        setTimeout(resolve, 500, 0);
      })`);
        assert.ok(shift < 0.01, `layout shift ${shift}`);
        await page.close();
      },
    );
  }
}

test('every control has a name and can be reached with the keyboard', inChromium, async () => {
  const page = await openExport('digits', desktop);
  const controls = await page.evaluate<number>("document.querySelectorAll('button, input, select').length");
  const reached = new Set<string>();
  for (let i = 0; i < controls; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate<string>('document.activeElement.outerHTML'));
  }
  assert.equal(reached.size, controls);
  const names = await page.locator('main').ariaSnapshot();
  for (const name of [
    'spinbutton "Seed"',
    'slider "Position"',
    'button "Show seed 23"',
    'img "Generated image, seed 0"',
  ]) {
    assert.ok(names.includes(name), `${name} in\n${names}`);
  }
  await page.close();
});
