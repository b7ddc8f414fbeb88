export { act as participate } from '../../../core/test/launcher/acts.mjs';
