// Exports the web page, serves it and opens it in Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { exportWeb } from '../../../src/exports/web/format.ts';
import type { TrainedGenerator } from '../../../src/sampling/trained-generator.ts';
import { noChromium, openPage, type PageOptions } from '../../helpers/chromium.ts';
import { serve } from '../../helpers/static-server.ts';
import { temporaryFolder } from '../../helpers/temporary-run.ts';
import { sourceOf } from '../sources.ts';

export const root = temporaryFolder();
export const inChromium = { skip: noChromium };
export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };

export const address = await serve(root);

/** @returns the written files */
export function exportAs(name: string, generator: TrainedGenerator): Promise<string[]> {
  mkdirSync(join(root, name));
  return exportWeb(sourceOf(generator, `The <${name}>`), join(root, name));
}

/** Opens an exported page and waits until its generator is loaded. */
export async function openExport(name: string, options: PageOptions): Promise<Page> {
  const page = await openPage(options);
  await page.goto(`${address}${name}/`);
  await page.waitForSelector('body[data-backend]');
  return page;
}

/** Selects a backend, and waits until it has drawn. */
export async function compute(page: Page, backend: string): Promise<void> {
  const empty = "document.querySelectorAll('canvas').forEach((canvas) => { canvas.width = canvas.width; })";
  await page.evaluate(empty);
  await page.selectOption('#backend', backend);
  await page.waitForSelector(`body[data-backend="${backend}"]`);
  await drawn(page, '#image');
  await drawn(page, '#grid li:nth-child(4) canvas');
}

export function drawn(page: Page, canvas: string): Promise<unknown> {
  return page.waitForFunction(`${dataOf(canvas)}.some((value) => value > 0)`);
}

/** A JavaScript expression for the pixels of a canvas: [height, width, RGBA]. */
export function dataOf(canvas: string): string {
  const read = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data";
  return `(${read})(document.querySelector('${canvas}'))`;
}

export function shownPixels(page: Page, canvas: string): Promise<number[]> {
  return page.evaluate<number[]>(`[...${dataOf(canvas)}]`);
}

/** Waits until the large image has this name. */
export function shows(page: Page, title: string): Promise<unknown> {
  return page.waitForFunction(`document.querySelector('#caption').textContent === ${JSON.stringify(title)}`);
}
