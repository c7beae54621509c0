import './styles/tokens.css'
import './styles/base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { beginInFrame, wearDress } from './embed/dress'
import { dress } from './embed/place'
import { language } from './words/language.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has lost its #app element')
wearDress()
await language.begin(dress.get('language'))
mount(App, { target })
beginInFrame()
