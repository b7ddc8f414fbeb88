import type { IScheduler } from '@dormouse/core';

export default function flawedScheduler(options?: { readonly flaw?: string }): IScheduler;
