import '../shared/content-policy';
import { type FromSavers, type ToSavers, toSaversSchema } from '../../src/protocol/webview-messages';
import { connectHost } from '../shared/host';
import { type KeptState, keptStateSchema } from './live-configuration';
import { SaversPage } from './savers-page';
import './savers.css';

new SaversPage(connectHost<ToSavers, FromSavers, KeptState>(toSaversSchema, keptStateSchema)).begin();
