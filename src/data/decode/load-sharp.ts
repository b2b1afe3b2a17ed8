// sharp, loaded when an image first needs it: a thread that meets nothing but small JPEGs starts without it.

type Sharp = typeof import('sharp').default;

let loading: Promise<Sharp> | undefined;

/** Works in one thread per image and keeps nothing of it: many small images gain nothing from more. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
