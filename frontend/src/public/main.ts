import { createApp } from 'vue';
import '../base/tokens.css';
import '../page/ui.css';
import { startPage } from '../page/page.ts';
import TownPage from './TownPage.vue';

startPage('public', 'day');
createApp(TownPage).mount('#app');
