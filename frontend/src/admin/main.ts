import { createApp } from 'vue';
import '../base/tokens.css';
import '../page/ui.css';
import './admin.css';
import './print.css';
import { startPage } from '../page/page.ts';
import App from './App.vue';

startPage('admin', 'day');
createApp(App).mount('#app');
