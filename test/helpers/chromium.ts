// A headless Chromium for tests of pages, if one is installed.
import { existsSync } from 'node:fs';
import { after } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((place) => place !== undefined && existsSync(place));

/** For node:test's `skip`: false with a Chromium, otherwise the reason. */
export const noChromium: string | false = executablePath
  ? false
  : 'no Chromium on this machine; apt-get install chromium, or set CHROMIUM to its path';

const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const withoutMachine = ['--no-sandbox', '--disable-quic', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

let started: Promise<Browser> | undefined;
after(async () => (await started)?.close());

export interface PageOptions {
  width: number;
  height: number;
  colorScheme?: 'light' | 'dark';
}

/** Opens a page of this size; its browser closes after the file's tests. */
export async function openPage({ width, height, colorScheme = 'light' }: PageOptions): Promise<Page> {
  started ??= start();
  return (await started).newPage({ viewport: { width, height }, colorScheme });
}

function start(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: [...quiet, ...withoutMachine] });
}
