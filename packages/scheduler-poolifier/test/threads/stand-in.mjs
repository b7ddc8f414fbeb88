import { packError } from '@dormouse/core/worker';
import { ThreadWorker } from 'poolifier';
import { act } from '../../../core/test/launcher/acts.mjs';

export default new ThreadWorker(async (order) => {
  try {
    return { value: await act(order) };
  } catch (error) {
    return { error: packError(error) };
  }
});
