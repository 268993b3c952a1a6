/** The variables a function was deployed with. In a rehearsal they come from the synthesised template. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A function lacks a variable that its step cannot do without. Not retryable: deploy it with the variable. */
export class MissingVariableError extends Error {
  override readonly name = 'MissingVariableError';

  constructor(variable: string, options?: ErrorOptions) {
    super(`environment variable ${variable} is not set; deploy the function with it`, options);
  }
}

export function requireVariable(environment: Environment, variable: string): string {
  const value = environment[variable];
  if (value === undefined || value === '') throw new MissingVariableError(variable);
  return value;
}
