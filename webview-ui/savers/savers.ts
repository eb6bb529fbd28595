import '../shared/content-policy';
import * as z from 'zod';
import { type FromSavers, type ToSavers, toSaversSchema } from '../../src/protocol/webview-messages';
import { connectHost } from '../shared/host';
import { SaversPage } from './savers-page';
import './savers.css';

new SaversPage(connectHost<ToSavers, FromSavers, unknown>(toSaversSchema, z.unknown())).begin();
