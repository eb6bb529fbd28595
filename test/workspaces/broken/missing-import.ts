import { block } from './missing';

export default block;
