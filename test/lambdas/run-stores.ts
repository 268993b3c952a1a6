import { sha256 } from '../../adapters/sha256.ts';
import { instant } from '../../core/instant.ts';
import type { Register } from '../../core/living-ports.ts';
import type { StoredDocument } from '../../core/report/evidence.ts';
import { InMemoryArchive } from './approval-world.ts';

/* What a run keeps in memory, in place of its buckets. */

/** Notes every call. */
export class CountedArchive extends InMemoryArchive {
  readonly #calls: string[];
  constructor(calls: string[]) {
    super();
    this.#calls = calls;
  }
  override deposit(key: string, text: string) {
    this.#calls.push(`deposit ${key}`);
    return super.deposit(key, text);
  }
  /** Everything as an auditor finds it, each document written once. */
  stored(): StoredDocument[] {
    return [...this.texts].map(([key, text]) => {
      const bytes = Buffer.byteLength(text);
      return { key, version: `version of ${key}`, depositedAt: instant(0), bytes, sha256: sha256(text) };
    });
  }
  override fetch(key: string) {
    this.#calls.push(`fetch ${key}`);
    return super.fetch(key);
  }
}

/** A document that runs share. Undefined: it cannot be read. */
export class InMemoryRegister<Content> implements Register<Content> {
  content: Content | undefined;

  constructor(content: Content) {
    this.content = content;
  }

  async read(): Promise<Content> {
    if (this.content === undefined) throw new Error('AccessDenied');
    return this.content;
  }

  async change(change: (content: Content) => Content): Promise<Content> {
    this.content = change(await this.read());
    return this.content;
  }
}
