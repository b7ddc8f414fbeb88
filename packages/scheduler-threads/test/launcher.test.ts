import { describeLauncher } from '../../core/test/launcher/launcher-claims.js';
import { threadsLauncher } from '../src/launcher.js';

describeLauncher('threads', () => threadsLauncher(new URL('./threads/stand-in.mjs', import.meta.url)));
