// Builds pickles from instructions, as documented at docs.python.org/3/library/pickletools.html.

export const mark = '(';
export const reduce = 'R';
export const stop = '.';

/** Pushes a global of a module. */
export const global = (module: string, name: string) => `c${module}\n${name}\n`;

/** Pushes a string (BINUNICODE). */
export const text = (value: string) => `X${uint32(Buffer.byteLength(value))}${value}`;

/** Pushes a signed 32-bit integer (BININT). */
export const int = (value: number) => `J${uint32(value >>> 0)}`;

/** Pushes an integer of eight bytes (LONG1). */
export function long(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `\x8a\x08${bytes.toString('latin1')}`;
}

/** Pushes a tuple of the values pushed by the instructions. */
export const tuple = (...items: readonly string[]) => `${mark}${items.join('')}t`;

/** Calls a global of a module. */
export const call = (module: string, name: string, ...values: readonly string[]) =>
  `${global(module, name)}${tuple(...values)}${reduce}`;

/** Pushes a float32 storage of `length` numbers, as torch.save does. */
export const storage = (key: string, length: string) =>
  `${tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), length)}Q`;

/** Pushes a tensor, as torch.save does. */
export const tensor = (stored: string, offset: string, size: readonly string[], stride: readonly string[]) =>
  call('torch._utils', '_rebuild_tensor_v2', stored, offset, tuple(...size), tuple(...stride), '\x89', '}');

/** Pushes a dict. */
export const dict = (entries: Readonly<Record<string, string>>) =>
  `}${mark}${Object.entries(entries)
    .map(([key, value]) => text(key) + value)
    .join('')}u`;

/** A complete pickle in protocol 2. */
export const pickle = (...instructions: readonly string[]): Uint8Array =>
  Buffer.from(`\x80\x02${instructions.join('')}${stop}`, 'latin1');

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('latin1');
}
