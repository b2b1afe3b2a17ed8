// Fonts for pictures with text on machines that have none: librsvg is pointed at the DejaVu files of an npm package.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachePath } from '../system/cache.ts';
import { runsFromSource } from '../system/package-directory.ts';
import { makeFolder, writeFileSafely } from '../system/write-file.ts';

export const fontFamily = 'DejaVu Sans';

/**
 * Makes `fontFamily` the font of every text drawn later in this process, whatever the system has. Fontconfig reads its
 * settings at the first text of a process, so this must come before it. @throws DcganError `usage.cannot-write`
 */
export async function useOwnFonts(): Promise<void> {
  const cache = cachePath('fonts');
  const settings = fontSettings(fontFolder(), cache);
  const path = join(cache, `${createHash('sha256').update(settings).digest('hex').slice(0, 12)}.conf`);
  await makeFolder(cache);
  await writeFileSafely(path, settings);
  process.env['FONTCONFIG_FILE'] = path;
}

/** In dist/ lie the two of the package's fonts that charts use. */
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
