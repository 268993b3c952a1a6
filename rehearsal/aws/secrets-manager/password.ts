import type { GetRandomPasswordRequest } from '@aws-sdk/client-secrets-manager';
import { refusals } from './refusals.ts';

const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const uppercase = lowercase.toUpperCase();
const numbers = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A password as GetRandomPassword makes them, from a source of numbers in [0, 1). */
export function randomPassword(request: GetRandomPasswordRequest, random: () => number): string {
  const {
    PasswordLength: length = 32,
    ExcludeCharacters: excluded = '',
    RequireEachIncludedType: each = true,
  } = request;
  if (length < 1) {
    throw refusals.constraint('passwordLength', 'Member must have value greater than or equal to 1', `'${length}'`);
  }
  if (length > 4_096) {
    throw refusals.constraint('passwordLength', 'Member must have value less than or equal to 4096', `'${length}'`);
  }

  const types = [
    request.ExcludeLowercase ? '' : lowercase,
    request.ExcludeUppercase ? '' : uppercase,
    request.ExcludeNumbers ? '' : numbers,
    request.ExcludePunctuation ? '' : punctuation,
    request.IncludeSpace ? ' ' : '',
  ]
    .map((type) => [...type].filter((character) => !excluded.includes(character)))
    .filter((type) => type.length > 0);
  if (types.length === 0) throw refusals.emptyAlphabet();
  if (each && length < types.length) throw refusals.shortPassword(length);

  const pick = (characters: readonly string[]) => characters[Math.floor(random() * characters.length)] ?? '';
  const certain = each ? types.map(pick) : [];
  const free = Array.from({ length: length - certain.length }, () => pick(types.flat()));
  return shuffled([...certain, ...free], random).join('');
}

function shuffled(characters: readonly string[], random: () => number): string[] {
  return characters
    .map((character) => ({ character, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ character }) => character);
}
