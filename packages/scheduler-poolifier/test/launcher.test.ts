import { describeLauncher } from '../../core/test/launcher/launcher-claims.js';
import { poolifierLauncher } from '../src/launcher.js';

describeLauncher('poolifier', () => poolifierLauncher(new URL('./threads/stand-in.mjs', import.meta.url)));
