// Which way to show pictures a terminal offers, as far as its environment tells; half blocks work in all of them.
import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';

export type Way = 'half-blocks' | 'kitty' | 'iterm' | 'sixel';

/** Reads `process.env`. Behind tmux and screen, which swallow pictures, in VS Code, which draws them only if set to, and in a pipe: half blocks. */
export function detectWay(stream: NodeJS.WriteStream): Way {
  const { TERM = '', TERM_PROGRAM, TMUX, STY } = process.env;
  const isMultiplexed = Boolean(TMUX || STY) || /^(tmux|screen)/.test(TERM); // TERM comes over SSH, the others do not
  if (!stream.isTTY || isMultiplexed || TERM_PROGRAM === 'vscode') return 'half-blocks';
  const { kitty, iterm2, sixel } = createSupportsTerminalGraphics(stream);
  if (kitty) return 'kitty';
  if (iterm2) return 'iterm';
  return sixel || TERM.startsWith('foot') ? 'sixel' : 'half-blocks';
}
