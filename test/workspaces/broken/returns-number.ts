export default function createModel() {
  return 42;
}
