// Entry point of the threads of decode-threads.ts: receives files, and sends back their pixels in the same order.
import { on } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { decodeFiles, type FilesToDecode } from './decode-files.ts';

for await (const [files] of on(parentPort!, 'message') as AsyncIterable<[FilesToDecode]>) {
  const decoded = await decodeFiles(files);
  parentPort!.postMessage(decoded, [decoded.pixels.buffer]);
}
