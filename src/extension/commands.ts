/** Ids of the commands. Those that a person can call stand in package.json too. */
export const commands = {
  train: 'e2train.train',
  measure: 'e2train.measure',
  openMeasurement: 'e2train.openMeasurement',
  deleteMeasurement: 'e2train.deleteMeasurement',
  stopRun: 'e2train.stopRun',
  resumeRun: 'e2train.resumeRun',
  fineTuneRun: 'e2train.fineTuneRun',
  deleteRun: 'e2train.deleteRun',
  openRunFolder: 'e2train.openRunFolder',
  openDashboard: 'e2train.openDashboard',
  toggleAnnotations: 'e2train.toggleAnnotations',
  chooseDeviceProfile: 'e2train.chooseDeviceProfile',
  makeDeviceProfile: 'e2train.makeDeviceProfile',
  chooseBoard: 'e2train.chooseBoard',
  setInputShape: 'e2train.setInputShape',
  showLog: 'e2train.showLog',
  copyDiagnostics: 'e2train.copyDiagnostics',
  refresh: 'e2train.refresh',
  restartBackend: 'e2train.restartBackend',
  showLayers: 'e2train.showLayers',
  /** Internal: leads to what is wrong with the chosen profile, or to another one. */
  showDeviceProfile: 'e2train.showDeviceProfile',
  /** Internal: starts what the Savers view shows. */
  startNextRun: 'e2train.startNextRun',
  /** Internal: brings an editor to a line. */
  showLine: 'e2train.showLine',
} as const;
