export default function createModel(classes) {
  return classes;
}
