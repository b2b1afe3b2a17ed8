// Fonts for text in pictures on machines without fonts: configures fontconfig, which librsvg uses, with DejaVu from an npm package.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../errors.ts';
import { runsFromSource } from '../../system/package-directory.ts';
import { cachePath } from '../../system/user-cache.ts';
import { makeFolder, writeFileAtomic } from '../../system/write-file.ts';

export const fontFamily = 'DejaVu Sans';

let inUse: Promise<void> | undefined;

/**
 * Makes `fontFamily` available to this process, whatever fonts the system has. Call it before any text is drawn, when fontconfig
 * reads its configuration. If neither the cache nor a temporary folder can be written, text is drawn with the system's fonts.
 */
export function useOwnFonts(): Promise<void> {
  inUse ??= pointToFonts();
  return inUse;
}

async function pointToFonts(): Promise<void> {
  try {
    process.env['FONTCONFIG_FILE'] = await settingsIn(cachePath('fonts')).catch(settingsForThisProcess);
  } catch (error) {
    process.emitWarning(`${messageOf(error)} Text in pictures is drawn with the fonts of the system.`);
  }
}

async function settingsForThisProcess(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dcgan-fonts-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return settingsIn(folder);
}

/** Path of the configuration file, written unless it exists. @throws DcganError `usage.cannot-write` */
async function settingsIn(folder: string): Promise<string> {
  const settings = fontSettings(fontFolder(), folder);
  const path = join(folder, `${createHash('sha256').update(settings).digest('hex').slice(0, 12)}.conf`);
  if ((await readFile(path, 'utf8').catch(() => undefined)) === settings) return path;
  await makeFolder(folder);
  await writeFileAtomic(path, settings);
  return path;
}

/** dist/ contains the two fonts of the package that charts use. */
function fontFolder(): string {
  const inPackage = () => dirname(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')));
  return runsFromSource ? inPackage() : fileURLToPath(new URL('./fonts', import.meta.url));
}

function fontSettings(fontFolder: string, cacheFolder: string): string {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `  <dir>${escapeXml(fontFolder)}</dir>`,
    `  <cachedir>${escapeXml(cacheFolder)}</cachedir>`,
    '</fontconfig>\n',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
