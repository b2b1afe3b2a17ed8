// Loads sharp on first use: a thread that decodes only small JPEGs starts without it.

type Sharp = typeof import('sharp').default;

let loading: Promise<Sharp> | undefined;

/** Configured for many small images: one thread per image, no cache. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
