export default function createModel() {
  while (true) {}
}
