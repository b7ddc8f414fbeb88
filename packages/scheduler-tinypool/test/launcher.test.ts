import { describeLauncher } from '../../core/test/launcher/launcher-claims.js';
import { tinypoolLauncher } from '../src/launcher.js';

describeLauncher('tinypool', () => tinypoolLauncher(new URL('./threads/stand-in.mjs', import.meta.url)));
