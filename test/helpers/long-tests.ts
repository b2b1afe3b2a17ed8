// Selects tests that take minutes: all with DCGAN_LONG=1; in CI one per commit, by DCGAN_LONG_TURN.

/** @returns a function that returns, for each of `count` long tests in order, false or the reason to skip it */
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
