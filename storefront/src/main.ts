import './styles/tokens.css'
import './styles/base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { language } from './words/language.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has lost its #app element')
await language.begin()
mount(App, { target })
