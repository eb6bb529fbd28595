import '../shared/content-policy';
import { type FromDashboard, type ToDashboard, toDashboardSchema } from '../../src/protocol/webview-messages';
import { connectHost } from '../shared/host';
import { DashboardPage } from './dashboard-page';
import { type KeptState, keptStateSchema } from './kept-state';
import './dashboard.css';

new DashboardPage(connectHost<ToDashboard, FromDashboard, KeptState>(toDashboardSchema, keptStateSchema)).start();
