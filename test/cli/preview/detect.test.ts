import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { detectMethod } from '../../../src/cli/preview/detect.ts';

const environment = process.env;
afterEach(() => {
  process.env = environment;
});

function detected(env: Record<string, string>, isTTY = true): string {
  process.env = env;
  return detectMethod({ isTTY } as NodeJS.WriteStream);
}

test('detects the method from the environment', () => {
  assert.equal(detected({ TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' }), 'kitty');
  assert.equal(detected({ TERM: 'xterm-ghostty' }), 'kitty', 'over SSH only TERM arrives');
  assert.equal(detected({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.4.1' }), 'iterm');
  assert.equal(detected({ TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }), 'iterm');
  assert.equal(detected({ TERM: 'mlterm' }), 'sixel');
  assert.equal(detected({ TERM: 'foot' }), 'sixel');
  assert.equal(detected({ TERM: 'xterm-256color' }), 'half-blocks');
  assert.equal(detected({}), 'half-blocks');
});

test('uses half blocks in tmux and screen, also over SSH, in VS Code and in a pipe', () => {
  const kitty = { TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' };
  assert.equal(detected({ ...kitty, TERM: 'tmux-256color', TMUX: '/tmp/tmux-0/default,1,0' }), 'half-blocks');
  assert.equal(detected({ ...kitty, STY: '1.pts-0' }), 'half-blocks');
  assert.equal(detected({ TERM: 'screen-256color', LC_TERMINAL: 'iTerm2' }), 'half-blocks');
  assert.equal(detected({ TERM_PROGRAM: 'vscode', TERM_PROGRAM_VERSION: '1.105.0' }), 'half-blocks');
  assert.equal(detected(kitty, false), 'half-blocks');
});
