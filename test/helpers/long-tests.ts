// Tests that take minutes: all of them with DCGAN_LONG=1, one of them in CI, whose DCGAN_LONG_TURN counts up from commit to commit.

/** Gives for each call, in order, false or why that one of `count` long tests does not run. */
export function skipLong(count: number, environment = process.env): () => string | false {
  const turn = environment['DCGAN_LONG_TURN'];
  let calls = 0;
  return () => {
    const index = calls++;
    if (index >= count) throw new Error(`There are more than ${count} long tests.`);
    if (environment['DCGAN_LONG'] || (turn !== undefined && Number(turn) % count === index)) return false;
    return 'takes minutes: DCGAN_LONG=1';
  };
}
