// The size at which images are compared; the protocols halve it four times.
import { msSsimSideStep } from './ms-ssim.ts';

export interface Size {
  height: number;
  width: number;
}

/** Rounds both sides up to multiples of 16: 28 becomes 32. */
export function protocolSize({ height, width }: Size): Size {
  const roundUp = (side: number) => Math.ceil(side / msSsimSideStep) * msSsimSideStep;
  return { height: roundUp(height), width: roundUp(width) };
}

export function isProtocolSize(size: Size): boolean {
  const rounded = protocolSize(size);
  return size.height === rounded.height && size.width === rounded.width;
}
