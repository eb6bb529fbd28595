import { localize } from '../localize';

/** What stands where figures are still being computed. */
export const estimating = (): string => localize('estimating…');

/** Why there are no figures. @param reason absent while they are computed. */
export const missingFigures = (reason: string | undefined): string =>
  reason === undefined ? estimating() : localize('Energy unavailable: {0}', reason);
