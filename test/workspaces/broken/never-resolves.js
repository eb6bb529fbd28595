export const model = new Promise(() => {});
