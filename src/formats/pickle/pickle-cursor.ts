// Reads a pickle's bytes in order, checking every length against the bytes that are left.

const maxLineBytes = 256; // module and class names

export class PickleCursor {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = position;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** The one big-endian number of the format. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** A signed little-endian integer of any length; a bigint if a number would lose digits. */
  integer(length: number): number | bigint {
    let value = 0n;
    const begin = this.#skip(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[begin + i]!);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(length: number): string {
    const begin = this.#skip(length);
    return decode(this.#bytes.subarray(begin, begin + length));
  }

  /** Text up to the next line break, which is skipped. */
  line(): string {
    const length = this.#bytes.subarray(this.position, this.position + maxLineBytes).indexOf(0x0a);
    if (length < 0) throw new Error(`its pickle has no name that ends at byte ${this.position}`);
    const text = this.text(length);
    this.#skip(1);
    return text;
  }

  skip(length: number): void {
    this.#skip(length);
  }

  #skip(length: number): number {
    const begin = this.position;
    if (begin + length > this.#bytes.length) {
      throw new Error(`its pickle ends after ${this.#bytes.length} bytes, where ${length} more are claimed`);
    }
    this.position = begin + length;
    return begin;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
