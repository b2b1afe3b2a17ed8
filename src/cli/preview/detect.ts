// Detects from the environment how a terminal can show pictures; half blocks work in all of them.
import { createSupportsTerminalGraphics } from 'supports-terminal-graphics';

export type DrawingMethod = 'half-blocks' | 'kitty' | 'iterm' | 'sixel';

/** Half blocks in a pipe, behind tmux and screen, which drop pictures, and in VS Code, which draws them only if configured to. */
export function detectMethod(stream: NodeJS.WriteStream): DrawingMethod {
  const { TERM = '', TERM_PROGRAM, TMUX, STY } = process.env;
  const isMultiplexed = Boolean(TMUX || STY) || /^(tmux|screen)/.test(TERM); // SSH forwards TERM, but not the others
  if (!stream.isTTY || isMultiplexed || TERM_PROGRAM === 'vscode') return 'half-blocks';
  const { kitty, iterm2, sixel } = createSupportsTerminalGraphics(stream);
  if (kitty) return 'kitty';
  if (iterm2) return 'iterm';
  return sixel || TERM.startsWith('foot') ? 'sixel' : 'half-blocks';
}
