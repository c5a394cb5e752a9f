/** What is made when it is first asked for. */
export interface Lazy<T> {
  get(): T;
  /** It, if it was asked for. */
  made(): T | undefined;
}

export const lazily = <T>(make: () => T): Lazy<T> => {
  let made: { readonly value: T } | undefined;
  return {
    get: () => {
      made ??= { value: make() };
      return made.value;
    },
    made: () => made?.value,
  };
};
