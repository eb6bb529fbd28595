export interface Settings {
  classes: number;
}
