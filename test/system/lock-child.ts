// A process that tries to take a lock, then executes commands from standard input, one per line, with one line of output each.
import { createInterface } from 'node:readline';
import { tryLock } from '../../src/system/file-lock.ts';

const [path, leaseMs] = process.argv.slice(2);
const taken = await tryLock(path!, { leaseMs: Number(leaseMs) });
if ('holder' in taken) {
  console.log(`refused by ${taken.holder.pid} on ${taken.holder.host}, ${taken.holder.state}`);
  process.exit();
}
console.log(`taken by ${process.pid}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [word, argument] = line.split(' ');
  if (word === 'confirm') console.log(await taken.lock.confirm());
  if (word === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(argument)); // as a long native call
  if (word === 'block') console.log('blocked');
  if (word === 'release') console.log(String(await taken.lock.release()));
}
