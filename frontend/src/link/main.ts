import { createApp } from 'vue';
import '../base/tokens.css';
import '../page/ui.css';
import { startPage } from '../page/page.ts';
import App from './App.vue';

startPage('link', 'day');
createApp(App).mount('#app');
