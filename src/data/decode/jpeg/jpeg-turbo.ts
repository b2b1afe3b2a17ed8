// Decodes JPEG files with libjpeg-turbo in WebAssembly (the package @cwasm/jpeg-turbo), optionally scaled down by eighths.
// The package's own function supports neither scaling nor errors, so its binary is called directly.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { maxPixels, maxSide, type Picture } from './resample.ts';

/** As in turbojpeg.h. */
interface TurboJpeg {
  memory: { buffer: ArrayBuffer };
  malloc(bytes: number): number;
  tjInitDecompress(): number;
  tjDestroy(decoder: number): number;
  // biome-ignore format: signatures are easier to compare on one line
  tjDecompress2(decoder: number, input: number, inputBytes: number, output: number, width: number, rowBytes: number, height: number, format: number, flags: number): number;
}

/** TypeScript declares it for browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: TurboJpeg };
};

interface Library {
  functions: TurboJpeg;
  /** Addresses of the file and of the pixels. */
  input: number;
  output: number;
}

export const maxFileBytes = 2 ** 20;
const formats = { 3: 0, 1: 6 } as const; // TJPF_RGB, TJPF_GRAY

let binary: object | undefined;
let library: Library | undefined;

/**
 * Decodes a file of at most `maxFileBytes` at a size that is its own times a number of eighths. The pixels are valid until the
 * next call. Undefined if the library reports an error or a warning.
 */
export function decodeJpeg(
  bytes: Uint8Array,
  size: { height: number; width: number },
  channels: 1 | 3,
): Picture | undefined {
  const { height, width } = size;
  const rowBytes = Math.ceil((width * channels) / 8) * 8;
  try {
    library ??= openLibrary();
    const { functions, input, output } = library;
    new Uint8Array(functions.memory.buffer, input).set(bytes);
    const decoder = functions.tjInitDecompress(); // a used decoder would accept a file without tables, with those of the previous file
    const format = formats[channels];
    // biome-ignore format: the parameters are grouped
    const status = functions.tjDecompress2(decoder, input, bytes.length, output, width, rowBytes, height, format, 0);
    functions.tjDestroy(decoder);
    if (status !== 0) return undefined;
    const pixels = new Uint8Array(functions.memory.buffer, output, height * rowBytes);
    return { pixels, columns: width, channels, rowBytes };
  } catch {
    library = undefined; // its state is undefined after an error
    return undefined;
  }
}

function openLibrary(): Library {
  binary ??= new WebAssembly.Module(
    readFileSync(fileURLToPath(import.meta.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'))),
  );
  const { exports: functions } = new WebAssembly.Instance(binary, { env, wasi_snapshot_preview1: system });
  const input = functions.malloc(maxFileBytes);
  return { functions, input, output: functions.malloc(3 * maxPixels + 8 * maxSide) };
}

/** WebAssembly has no setjmp and longjmp, so an error in C code throws instead. */
const env = {
  setjmp: () => 0,
  longjmp: () => {
    throw new Error('libjpeg-turbo cannot decode it');
  },
};

const system = Object.fromEntries(
  ['environ_sizes_get', 'environ_get', 'proc_exit', 'fd_close', 'fd_seek', 'fd_write'].map((name) => [name, () => 0]),
);
