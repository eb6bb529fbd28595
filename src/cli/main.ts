#!/usr/bin/env node
import { Argument, Command, Option } from 'commander';
import { datasetNames } from '../datasets/dataset-sources';
import { productVersion } from '../platform/product-version';
import { calibrateCommand, calibrateOptions } from './calibrate-command';
import { fetchData } from './data-command';
import { demo } from './demo-command';
import { estimate } from './estimate-command';
import { joinMeasurement, listMeters, measureCommand } from './measure-command';
import { boardOption, executionBatchOption, measureOptions, sshConfigurationOption } from './measure-options';
import { importMeasurements, listMeasurements, showMeasurement } from './measurements-command';
import { batchOption, inputOption, jsonOption, modelOptions, profileOption, pythonOption, threadsOption, trainingOptions } from './options';
import { predict } from './predict-command';
import { listProfiles, showProfile, validateProfile } from './profiles-command';
import { runLayer } from './run-layer-command';
import { listRuns, showRun } from './runs-command';
import { train } from './train-command';

/** `e2train`: the same pipeline as in the editor, without one. */
function commandLine(): Command {
  const program = new Command('e2train')
    .description('Energy-aware training of convolutional networks.')
    .version(productVersion)
    // A subcommand's options are its own, also where its parent has some of the same names.
    .enablePositionalOptions()
    .showHelpAfterError('“e2train help” shows all commands.');

  program
    .command('estimate')
    .description('estimate what one training iteration of a model costs, by layer and phase')
    .argument(
      '<model>',
      'a .ts or .js file with tf.layers models, a .py file with PyTorch or Keras ones, or a built-in network such as resnet20',
    )
    .addOption(inputOption)
    .addOption(batchOption)
    .addOption(profileOption)
    .addOption(pythonOption)
    .addOption(jsonOption)
    .action(estimate);

  const calibrate = program
    .command('calibrate')
    .description('fit a device profile to measured energies, as a new profile in .e2train/profiles')
    .argument('[measurements]', 'one of “e2train measure list”, or a CSV file; all measurements of the present folder when not given')
    .requiredOption('--name <name>', 'name of the new profile; “host” for this machine');
  for (const option of calibrateOptions) calibrate.addOption(option);
  calibrate.action(calibrateCommand);

  const profiles = program.command('profiles').description('device profiles: built in, and those in .e2train/profiles');
  profiles.command('list').description('list all profiles').addOption(jsonOption).action(listProfiles);
  profiles
    .command('show')
    .description('show every coefficient with its source')
    .argument('<profile>', 'a name or a .json file')
    .addOption(jsonOption)
    .action(showProfile);
  profiles
    .command('validate')
    .description('check a profile that you wrote')
    .argument('<file>')
    .addOption(jsonOption)
    .action(validateProfile);

  const training = program
    .command('train')
    .description('train a model with the E2-Train savers')
    .argument(
      '[model]',
      'a .ts or .js file with a tf.layers model, a .py file with a PyTorch or Keras one, or a built-in network such as resnet20',
    )
    .option('--resume <run>', 'go on with a stopped run from its last checkpoint');
  for (const option of trainingOptions) training.addOption(option);
  training.action(train);

  program.command('demo').description('train a small ResNet on the built-in images and show what it cost').action(demo);

  program
    .command('predict')
    .description('classify images with a trained run')
    .argument('<run>', 'a run of the present folder')
    .argument('<image...>', 'PNG or JPEG files')
    .addOption(jsonOption)
    .action(predict);

  const measure = program
    .command('measure')
    .description('measure what the layers of a model draw on a board, beside the estimates')
    .argument('[model]', 'a model file, as for “train”, or a built-in network such as resnet20');
  measure.enablePositionalOptions();
  for (const option of measureOptions) measure.addOption(option);
  measure.action(measureCommand);
  measure
    .command('meters')
    .description('list the power rails of a board, or of this machine')
    .addOption(boardOption)
    .addOption(sshConfigurationOption)
    .addOption(jsonOption)
    .action(listMeters);
  measure
    .command('join')
    .description('give a measurement that has marks only its energies, from the file of an external meter')
    .argument('<measurement>')
    .argument('<file>')
    .addOption(jsonOption)
    .action(joinMeasurement);
  const importing = measure
    .command('import')
    .description('take a CSV file of measured energies: our own columns, a log of Zeus, or a recording of PYNQ')
    .argument('<file>')
    .option('--model <model>', 'the model that the layers are of, so that a figure holds for all layers that do the same work')
    .addOption(profileOption)
    .option('--labels <file>', 'CSV with mark,layer,phase,precision,executions: what the marks or windows of the recording are of')
    .option('--phase <name>', 'the phase that was measured, where the file does not say')
    .option('--precision <name>', 'the precision that was measured, where the file does not say')
    .addOption(executionBatchOption);
  for (const option of [...modelOptions, jsonOption]) importing.addOption(option);
  importing.action(importMeasurements);
  measure
    .command('list')
    .description('list all measurements of the present folder, newest first')
    .addOption(jsonOption)
    .action(listMeasurements);
  measure
    .command('show')
    .description('show one measurement')
    .argument('<measurement>')
    .addOption(jsonOption)
    .addOption(new Option('--csv', 'print its figures as CSV, in the form that import takes').conflicts('json'))
    .action(showMeasurement);

  program
    .command('run-layer')
    .description('run one phase of one layer with the training engine: the workload of “e2train measure --board local”')
    .argument('<layer.json>', 'what measure writes for {layer.json}')
    .addOption(threadsOption)
    .action(runLayer);

  const runs = program.command('runs').description('look at the runs of the present folder');
  runs.command('list').description('list all runs, newest first').addOption(jsonOption).action(listRuns);
  runs
    .command('show')
    .description('show what a run came to')
    .argument('<run>')
    .addOption(jsonOption)
    .addOption(new Option('--csv', 'print the record of all iterations as CSV').conflicts(['json', 'profile']))
    .option('--profile <name>', 'also what the run would have cost by this device profile')
    .action(showRun);

  program
    .command('data')
    .description('data sets')
    .command('fetch')
    .description('download a data set and verify it; an interrupted download goes on where it stopped')
    .addArgument(new Argument('<name>').choices(datasetNames))
    .option('--to <folder>', 'where to put it; a folder of its name when not given')
    .option('--from <address>', 'another folder on the network that has the same files')
    .action(fetchData);
  return program;
}

/** A reader that closes the pipe, as `head` does, wants no more; everything else that keeps the output back is told. */
function outputFailed({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return;
  console.error(`The output cannot be written: ${message}.`);
  process.exitCode = 1;
}

process.stdout.on('error', outputFailed);
commandLine()
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    if (process.env.E2TRAIN_DEBUG) console.error(error);
    process.exitCode = 1;
  });
