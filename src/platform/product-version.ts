import { version } from '../../package.json';

/** The product's version; the bundle carries only this string of package.json. */
export const productVersion = version;
