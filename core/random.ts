/** Makes what nobody can guess. The core never rolls a die. */
export interface Random {
  bytes(length: number): Uint8Array;
  /** A version 4 UUID. */
  uuid(): string;
}
