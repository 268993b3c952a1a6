export function isOpen(folder: string): boolean;
export function mustLend(modules: string): boolean;
export function lendPostgres(modules: string, temporary?: string): void;
