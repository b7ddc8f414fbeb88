/** What was deleted and noted, and is not in the file yet. */
export class Pending {
  #deletes: number[] = [];
  #notes = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#deletes.length === 0 && this.#notes.size === 0;
  }

  get size(): { readonly deletes: number; readonly notes: number } {
    return { deletes: this.#deletes.length, notes: this.#notes.size };
  }

  delete(id: number): void {
    this.#deletes.push(id);
  }

  note(key: string, text: string): void {
    this.#notes.set(key, text);
  }

  /** All of it, for a commit; what comes later is for the next one. */
  take(): Pending {
    const taken = new Pending();
    taken.#deletes = this.#deletes;
    taken.#notes = this.#notes;
    this.#deletes = [];
    this.#notes = new Map();
    return taken;
  }

  /** What was taken is not in the file, or nobody knows: it is still to be. Of a note the text that came later counts. */
  putBack(taken: Pending): void {
    this.#deletes = taken.#deletes.concat(this.#deletes);
    this.#notes = new Map([...taken.#notes, ...this.#notes]);
  }

  get ids(): Uint32Array {
    return Uint32Array.from(this.#deletes);
  }

  get texts(): ReadonlyMap<string, string> {
    return this.#notes;
  }
}
