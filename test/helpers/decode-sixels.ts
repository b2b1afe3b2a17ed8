// Decodes sixels, following the definition of the format (DEC STD 070, VT330/VT340 Programmer Reference chapter 14).

/** RGB pixels [height, width, 3] of a sixel escape code with RGB colours and an explicit size. */
export function decodeSixels(text: string): { pixels: Uint8Array; width: number; height: number } {
  const [, body] = /^␛P[\d;]*q([^␛]*)␛\\$/.exec(text.replaceAll('\x1b', '␛'))!;
  const [, width, height] = /"\d+;\d+;(\d+);(\d+)/.exec(body!)!.map(Number) as [number, number, number];
  const pixels = new Uint8Array(width * height * 3);
  const palette = new Map<number, number[]>();
  let [x, band, colour] = [0, 0, 0];
  for (const [token] of body!.matchAll(/"[\d;]+|#[\d;]+|!\d+[?-~]|[?-~]|\$|-/g)) {
    const numbers = (token.match(/\d+/g) ?? []).map(Number);
    if (token === '$') x = 0;
    else if (token === '-') [x, band] = [0, band + 1];
    else if (token.startsWith('#')) {
      colour = numbers[0]!;
      if (numbers[1] === 2)
        palette.set(
          colour,
          numbers.slice(2).map((percent) => Math.round(percent * 2.55)),
        );
    } else if (!token.startsWith('"')) {
      const bits = token.charCodeAt(token.length - 1) - 63;
      for (const end = x + (numbers[0] ?? 1); x < end; x++) {
        for (let bit = 0; bit < 6; bit++) {
          if ((bits >> bit) & 1) pixels.set(palette.get(colour)!, ((band * 6 + bit) * width + x) * 3);
        }
      }
    }
  }
  return { pixels, width, height };
}
